"""Everything that is known: procedures, centres, places, reports, and how they are found."""
