"""HTTP to a deployment: its API, and object storage by presigned URLs."""
