"""Fine-tuning: from records to an adapter."""
