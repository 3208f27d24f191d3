"""Writes `groundnote.json` of models/groundnote-one: what the pack is, and its files with their checksums.

    PYTHONPATH=training python -m one.manifest [--pack models/groundnote-one]
"""
import argparse
import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LARGEST = 40_000_000            # bytes of all graphs together

FIELDS = {
    'id': 'groundnote-one',
    'version': '0.1.0',
    'title': 'Groundnote One',
    'description': 'Reads figures of papers: finds their parts, answers questions about them by programs, and shows where.',
    'engine': 'onnx',
    'kind': 'figure',
    'tasks': ['ground', 'refer', 'ask', 'describe'],
    'prompts': ['text', 'point', 'box', 'stroke', 'mask'],
    'returns': ['box', 'text', 'mask'],
    'license': 'Apache-2.0',
    'source': 'training/one',
    'card': 'README.md',
}


def write_manifest(pack: Path) -> None:
    """Lists the pack's data files, graphs last. Raises ValueError when the graphs are larger than they may be."""
    paths = sorted(pack.glob('*.json')) + sorted((pack / 'onnx').glob('*.onnx'))
    paths = [path for path in paths if path.name != 'groundnote.json']
    graphs = sum(path.stat().st_size for path in paths if path.suffix == '.onnx')
    if graphs > LARGEST:
        raise ValueError(f'The graphs have {graphs / 1e6:.1f} MB, more than {LARGEST / 1e6:.0f} MB.')
    files = [{'path': path.relative_to(pack).as_posix(), 'sha256': hashlib.sha256(path.read_bytes()).hexdigest(),
              'size': path.stat().st_size} for path in paths]
    (pack / 'groundnote.json').write_text(json.dumps({**FIELDS, 'files': files}, indent=2) + '\n')


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--pack', type=Path, default=ROOT / 'models' / 'groundnote-one')
    write_manifest(parser.parse_args().pack)
