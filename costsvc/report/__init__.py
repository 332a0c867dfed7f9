"""Reports of answers: numbers, labels, figures, texts and their rendering. No HTTP."""
