"""The control plane: models, keys, jobs. It grants uploads and downloads and never sees a sealed byte."""
