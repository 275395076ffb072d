"""Runs the tests of this package: ``python -m tests [REPORT]``, from the folder above. REPORT gets the counts as JSON."""

import json
import sys
import unittest
from pathlib import Path


def main() -> int:
    folder = Path(__file__).parent
    suite = unittest.defaultTestLoader.discover(str(folder), top_level_dir=str(folder.parent))
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    # A test may fail in several of its cases.
    broken = [getattr(test, "test_case", test).id() for test, _ in result.failures + result.errors]
    failed = len(set(broken)) + len(result.unexpectedSuccesses)
    skipped = len(result.skipped)
    counts = {
        "numPassedTests": result.testsRun - failed - skipped,
        "numFailedTests": failed,
        "numPendingTests": skipped,
        "numTodoTests": 0,
    }
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(counts), encoding="utf-8")
    return 0 if result.wasSuccessful() and result.testsRun > 0 else 1


sys.exit(main())
