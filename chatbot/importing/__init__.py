"""Knowledge from where it is: sites, and exports of other systems, as documents of the knowledge
folder; tickets as candidates that wait for a person."""
