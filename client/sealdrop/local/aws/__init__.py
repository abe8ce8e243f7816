"""moto with the enforcement it lacks, and the resources of the template in it."""
