"""What a service's tests stand on: real servers as fixtures, tokens, a made-up service, the conformance suite."""
