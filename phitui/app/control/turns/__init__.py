"""What can be done with a question that was asked: choose its passages, change it, copy it with its sources."""
