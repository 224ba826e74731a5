"""All kinds of identifiers, one record a kind, by family: to add one, add a record; the tests walk the examples.

The order matters: what one kind has taken, later kinds do not see (the digits of an IBAN are no telephone number).
"""

from ingest.identifiers import kinds_money, kinds_orders, kinds_parcels, kinds_products, kinds_references
from ingest.identifiers.kind import Kind

KINDS: tuple[Kind, ...] = (
    kinds_orders.ORDER_ID,
    kinds_orders.FBA_SHIPMENT_ID,
    kinds_orders.FNSKU,
    kinds_products.ASIN,
    kinds_products.ISBN,
    kinds_money.IBAN,
    kinds_parcels.TRACKING_NUMBER,
    kinds_money.VAT_ID,
    kinds_products.GTIN,
    kinds_references.SELLER_ID,
    kinds_references.EXTERNAL_CASE_ID,
    kinds_references.ERROR_CODE,
    kinds_products.SKU,
    kinds_money.INVOICE_NUMBER,
)
