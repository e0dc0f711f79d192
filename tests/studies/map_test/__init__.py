"""Tests of studies.map_test."""
