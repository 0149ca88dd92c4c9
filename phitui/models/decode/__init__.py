"""One model, token after token: the forward pass, the cache, the sampler and the loop around them."""
