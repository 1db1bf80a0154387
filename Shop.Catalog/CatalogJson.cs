using System.Text.Json;
using System.Text.Json.Serialization;
using Shop.Catalog.Inventory;
using Shop.Catalog.Products;

namespace Shop.Catalog;

/// <summary>Everything that this service reads and writes as JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ProductPage))]
[JsonSerializable(typeof(ProductDetail))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(CategoryItems))]
[JsonSerializable(typeof(ProductInput))]
[JsonSerializable(typeof(GoodsInput))]
[JsonSerializable(typeof(StockLevel))]
[JsonSerializable(typeof(ReservationRequest))]
[JsonSerializable(typeof(ReservationAnswer))]
[JsonSerializable(typeof(OrderStatesRequest))]
[JsonSerializable(typeof(OrderStatesAnswer))]
[JsonSerializable(typeof(OrderPaid))]
[JsonSerializable(typeof(OrderCancelled))]
[JsonSerializable(typeof(OrderExpired))]
public sealed partial class CatalogJson : JsonSerializerContext;
