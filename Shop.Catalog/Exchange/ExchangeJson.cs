using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shop.Catalog.Exchange;

/// <summary>JSON in cells: what a member says twice is refused.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class ExchangeJson : JsonSerializerContext;
