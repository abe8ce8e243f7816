"""What a deployment costs: the plan's quote, and the requests a job makes, at a table of list prices."""

from sealdrop.cost.bill import Bill, Line, bill
from sealdrop.cost.prices import PriceTable, Resource
from sealdrop.cost.usage import Sizing, job, standing

__all__ = ["Bill", "Line", "PriceTable", "Resource", "Sizing", "bill", "job", "standing"]
