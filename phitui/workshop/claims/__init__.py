"""What makes the reader of claims and its judge: pairs, training, fitting."""
