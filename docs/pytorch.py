"""PyTorch to encrypted predictions on one machine: train, export, publish, predict.

Needs torch and onnxscript, and `pip install 'sealdrop[local,onnx,sklearn]'`. Run it with `python docs/pytorch.py`.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sealdrop import Client
from sealdrop.local import Stack
from sealdrop.publish import Store, publish


def trained(X: np.ndarray, y: np.ndarray) -> torch.nn.Module:
    """Fit a small network to pictures of 8x8 pixels, with squares between its layers."""
    torch.manual_seed(0)

    class Square(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * x

    network = torch.nn.Sequential(torch.nn.Linear(64, 16), Square(), torch.nn.Linear(16, 10))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    pixels, digits = torch.tensor(X, dtype=torch.float32), torch.tensor(y)
    for _ in range(150):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(pixels), digits).backward()
        optimizer.step()
    return network.eval()


def exported(network: torch.nn.Module, folder: Path) -> Path:
    """Write the network as ONNX, weights inside, any number of rows."""
    path = folder / "digits.onnx"
    rows = torch.export.Dim("rows")
    torch.onnx.export(
        network,
        (torch.zeros(2, 64),),
        path,
        dynamo=True,
        external_data=False,
        dynamic_shapes=({0: rows},),
        verbose=False,
    )
    return path


def main() -> float:
    """Walk all the way, and return the share of held-out rows that get the network's own label."""
    X, y = load_digits(return_X_y=True)
    known, held_out, known_y, _ = train_test_split(X / 16, y, random_state=0)
    network = trained(known, known_y)
    with Stack() as stack, TemporaryDirectory() as folder:
        place = stack.outputs
        store = Store(place["BucketName"], place["TableName"], stack.boto3("s3"), stack.boto3("dynamodb"))
        publish(exported(network, Path(folder)), X / 16, name="digits", store=store, labels=list(range(10)))
        with Client(stack.url, stack.token("owner"), keyring_dir=Path(folder)) as client:
            found = client.model("digits").predict(held_out)
    with torch.no_grad():
        wanted = network(torch.tensor(held_out, dtype=torch.float32)).argmax(dim=1).numpy()
    return float(np.mean(found == wanted))


if __name__ == "__main__":
    print(f"{main():.1%} of held-out rows get the network's own label")
