"""Measures the product beside a floor and its peers."""
