"""The product list of the service that product-api replaced, without the 0.1 to 0.3 seconds that it slept. It had five
products in a list of its own per process; here there are the hundred that product-api is measured with."""

from flask import Flask, jsonify

app = Flask(__name__)

products = [
    {"id": number, "name": f"Thing {number}", "price": 10.00, "stock": 1000000000}
    for number in range(1, 101)
]


@app.after_request
def allow_every_origin(response):
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@app.route("/api/products")
def list_products():
    return jsonify({"products": products, "count": len(products)})
