"""The differential fuzz: two databases that differ in B's values alone answer A alike, whatever A asks."""
