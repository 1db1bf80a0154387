using System.Globalization;
using System.Text.Json.Nodes;

namespace Shop.Tests.Support;

internal sealed record OpenApiParameter(string Name, string In, string? Type);

/// <summary>An operation of an OpenAPI document, with a body that its schema allows.</summary>
internal sealed record OpenApiOperation(string Id, HttpMethod Method, string Path, IReadOnlyList<OpenApiParameter> Parameters, JsonObject? Body)
{
    /// <summary>The address with harmless values, and one parameter replaced.</summary>
    public string Address(OpenApiParameter? replaced = null, string value = "")
    {
        var path = Path;
        var query = "";
        foreach (var parameter in Parameters)
        {
            var isReplaced = parameter == replaced;
            var text = Uri.EscapeDataString(isReplaced ? value : parameter.Type == "string" ? "x" : "1");
            if (parameter.In == "path") path = path.Replace($"{{{parameter.Name}}}", text, StringComparison.Ordinal);
            else if (parameter.In == "query" && isReplaced) query = $"?{parameter.Name}={text}";
        }
        return path + query;
    }

    public static IReadOnlyList<OpenApiOperation> Read(JsonNode document) =>
    [
        .. from path in document["paths"]!.AsObject()
           from operation in path.Value!.AsObject()
           where operation.Key is "get" or "put" or "post" or "delete" or "patch"
           select Read(document, path.Key, operation.Key, operation.Value!.AsObject()),
    ];

    private static OpenApiOperation Read(JsonNode document, string path, string method, JsonObject operation) => new(
        (string?)operation["operationId"] ?? $"{method} {path}",
        HttpMethod.Parse(method),
        path,
        [.. (operation["parameters"]?.AsArray() ?? []).Select(p => new OpenApiParameter((string)p!["name"]!, (string)p["in"]!, TypeOf(p["schema"])))],
        operation["requestBody"]?["content"]?["application/json"]?["schema"] is { } schema ? Sample(document, schema, 0) as JsonObject : null);

    // A type may come with "null", and a number with "string", as ASP.NET Core reads both.
    private static string? TypeOf(JsonNode? schema) => schema?["type"] switch
    {
        JsonArray several => several.Select(one => (string?)one).FirstOrDefault(one => one is "integer" or "number") ?? several.Select(one => (string?)one).First(one => one != "null"),
        { } one => (string?)one,
        null => null,
    };

    private static JsonNode? Sample(JsonNode document, JsonNode schema, int depth)
    {
        if (depth > 4) return null;
        if ((string?)schema["$ref"] is { } reference) return Sample(document, document["components"]!["schemas"]![reference.Split('/')[^1]]!, depth + 1);
        if (schema["oneOf"] is JsonArray choices) return Sample(document, choices[^1]!, depth + 1);
        return TypeOf(schema) switch
        {
            "object" => new JsonObject((schema["properties"]?.AsObject() ?? []).Select(p => KeyValuePair.Create(p.Key, Sample(document, p.Value!, depth + 1)))),
            "array" => new JsonArray(Sample(document, schema["items"]!, depth + 1)),
            "integer" or "number" => JsonValue.Create(1),
            "boolean" => JsonValue.Create(true),
            _ => JsonValue.Create((string?)schema["format"] switch
            {
                "uuid" => Guid.CreateVersion7().ToString(),
                "date-time" => DateTimeOffset.UnixEpoch.ToString("O", CultureInfo.InvariantCulture),
                _ => "text",
            }),
        };
    }
}
