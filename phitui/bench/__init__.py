"""What phitui claims of speed, size and truth to its models: each as a benchmark beside peers and limits."""
