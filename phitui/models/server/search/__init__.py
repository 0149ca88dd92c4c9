"""What helps a search and runs on a server: embedders and rerankers, as OpenAI-compatible servers offer them."""
