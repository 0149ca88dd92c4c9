"""Two of a kind beside each other: answers, passages."""
