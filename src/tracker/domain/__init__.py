"""What the words of the field mean, in pure Python: vocabularies, targets, folds, roll-up."""
