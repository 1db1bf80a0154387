using System.Text.Json.Nodes;
using Shop.Web.Gateway;

namespace Shop.Tests.Unit.Web;

public sealed class OpenApiMergeTests
{
    private const string Catalog = """
        {
          "openapi": "3.1.1",
          "paths": {
            "/api/products": { "get": { "responses": { "200": { "$ref": "#/components/schemas/Page" } } } },
            "/internal/reservations": { "post": {} }
          },
          "components": { "schemas": { "Page": { "type": "object", "title": "products" }, "Problem": { "type": "object" } } },
          "tags": [ { "name": "Products" } ]
        }
        """;

    private const string Orders = """
        {
          "openapi": "3.1.1",
          "paths": { "/api/orders": { "get": { "responses": { "200": { "$ref": "#/components/schemas/Page" }, "400": { "$ref": "#/components/schemas/Problem" } } } } },
          "components": { "schemas": { "Page": { "type": "object", "title": "orders" }, "Problem": { "type": "object" } } },
          "tags": [ { "name": "Orders" }, { "name": "Products" } ]
        }
        """;

    private readonly JsonObject _merged = OpenApiMerge.Merge("Shop", [Document("catalog", Catalog), Document("orders", Orders)]);

    [Fact]
    public void Paths_of_all_services_are_there() =>
        Assert.Equal(["/api/products", "/api/orders"], _merged["paths"]!.AsObject().Select(path => path.Key));

    [Fact]
    public void A_name_that_two_services_use_differently_is_kept_apart()
    {
        Assert.Equal("products", (string?)Schema("Page")?["title"]);
        Assert.Equal("orders", (string?)Schema("orders.Page")?["title"]);
        Assert.Equal("#/components/schemas/Page", Reference("/api/products", "200"));
        Assert.Equal("#/components/schemas/orders.Page", Reference("/api/orders", "200"));
    }

    [Fact]
    public void A_name_that_means_the_same_is_there_once()
    {
        Assert.Equal("#/components/schemas/Problem", Reference("/api/orders", "400"));
        Assert.Null(Schema("orders.Problem"));
    }

    [Fact]
    public void A_tag_is_there_once() =>
        Assert.Equal(["Products", "Orders"], _merged["tags"]!.AsArray().Select(tag => (string?)tag!["name"]));

    private JsonNode? Schema(string name) => _merged["components"]!["schemas"]![name];

    private string? Reference(string path, string status) => (string?)_merged["paths"]![path]!["get"]!["responses"]![status]!["$ref"];

    private static ServiceDocument Document(string service, string json) => new(service, (JsonObject)JsonNode.Parse(json)!);
}
