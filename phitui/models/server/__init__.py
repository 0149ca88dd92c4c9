"""Models that run elsewhere: OpenAI-compatible servers, as engines, embedders and rerankers."""
