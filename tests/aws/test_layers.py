"""What is deployed: built on any machine for either architecture, small enough, and ready to be imported."""

import struct

import pytest
import yaml

from sealdrop.local.template.document import Template
from sealdrop.local.template.functions import LAYER
from tests.aws import elf
from tests.aws.python313 import python313

# what Amazon Linux 2023 has: glibc 2.34, and the libraries of GCC 11
FLOORS = {"GLIBC": (2, 34), "GLIBCXX": (3, 4, 29), "CXXABI": (1, 3, 13), "GCC": (11,)}
LAYER_BYTES, ALL_BYTES = 100 << 20, 250 << 20


@pytest.fixture(scope="module")
def layers(built):
    """The folders of the built layers by logical id."""
    _, folder = built
    resources = Template.read(folder / "template.yaml").resources
    return {
        name: folder / layer["Properties"]["ContentUri"] for name, layer in resources.items() if layer["Type"] == LAYER
    }


def _files(folder, pattern="*"):
    return [path for path in folder.rglob(pattern) if path.is_file()]


def test_the_built_template_has_no_alias_which_cloudformation_would_refuse(built):
    _, folder = built
    tokens = list(yaml.scan((folder / "template.yaml").read_text()))
    assert len(tokens) > 1000
    assert not [token for token in tokens if isinstance(token, yaml.AnchorToken | yaml.AliasToken)]


def test_every_library_is_for_the_architecture_and_asks_nothing_that_lambda_lacks(built, layers):
    architecture, _ = built
    libraries = [file for folder in layers.values() for file in _files(folder, "*.so*")]
    assert any(library.name.startswith("_sealapi_cpp.cpython-313-") for library in libraries)
    for library in libraries:
        assert elf.machine(library) == architecture, library
        for name, version in elf.needs(library).items():
            assert version <= FLOORS[name], f"{library.name} needs {name} {version}"


def test_layers_are_small(layers):
    sizes = {name: sum(file.stat().st_size for file in _files(folder)) for name, folder in layers.items()}
    assert all(size <= LAYER_BYTES for size in sizes.values()), sizes
    assert sum(sizes.values()) <= ALL_BYTES * 0.8, sizes  # AWS allows 250 MB with the code


def test_only_one_layer_holds_native_code_of_strangers_and_numbers(layers):
    (heavy,) = [name for name, folder in layers.items() if _files(folder, "_sealapi_cpp*")]
    for name, folder in layers.items():
        packages = {path.name for path in (folder / "python").iterdir()}
        assert ("numpy" in packages) == (name == heavy)
        assert ("sealdrop_core" in packages) == (name != heavy)
        assert "boto3" not in packages, "the runtime brings its own"


@pytest.mark.skipif(python313() is None, reason="no Python 3.13 here to compile with")
def test_sources_are_compiled_and_never_checked_again(layers):
    for folder in layers.values():
        sources = [file for file in _files(folder, "*.py") if "templates" not in file.parts]
        compiled = [file.parent / "__pycache__" / f"{file.stem}.cpython-313.pyc" for file in sources]
        assert [file for file in compiled if not file.exists()] == []
        for file in compiled:
            # PEP 552: bit 0 says the file is checked by hash, bit 1 that it is checked at all
            assert struct.unpack_from("<I", file.read_bytes(), 4) == (0b01,), file


def test_nothing_is_compiled_for_another_python(layers):
    strays = [
        file for folder in layers.values() for file in _files(folder, "*.pyc") if ".cpython-313." not in file.name
    ]
    assert strays == []
