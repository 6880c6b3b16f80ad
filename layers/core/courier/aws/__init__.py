"""The few calls of AWS that hot functions make, without the SDK's models of all that they don't."""
