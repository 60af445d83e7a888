"""The domain: consent of performers to uses of their likeness. Knows no HTTP and no post office."""
