"""Opening the app loads nothing heavy."""

import subprocess
import sys

HEAVY = "torch transformers faiss numpy tantivy pypdfium2 PyPDF2 pikepdf sentence_transformers tree_sitter"


def test_importing_the_app_loads_no_model_index_or_pdf_library():
    code = f"import sys, phitui.app, phitui.app.app; print([m for m in {HEAVY.split()!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
