using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Shop.Tests.Service.Catalog;

/// <summary>What administrators do, in one line each.</summary>
internal static class Editing
{
    public static Task<Answer> SendAsync(
        this HttpClient client, string method, string path, string? body = null, string? ifMatch = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return Answer.OfAsync(client.SendAsync(request));
    }

    public static async Task<(EntityTagHeaderValue? Tag, JsonNode Product)> EditAsync(this HttpClient administrator, long id)
    {
        using var response = await administrator.GetAsync($"/api/products/{id}/edit");
        response.EnsureSuccessStatusCode();
        return (response.Headers.ETag, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    public static async Task<int> VersionAsync(this HttpClient administrator, long id) =>
        (int)(await administrator.EditAsync(id)).Product["version"]!;

    /// <summary>The audit entries of a subject, the newest first.</summary>
    public static async Task<JsonArray> AuditAsync(this HttpClient administrator, string subject) =>
        (JsonArray)(await administrator.SendAsync("GET", $"/api/audit?subject={Uri.EscapeDataString(subject)}")).Json["items"]!;

    public static string[] Actions(this JsonArray audit) => [.. audit.Select(entry => (string)entry!["action"]!)];

    public static string[] Strings(this JsonNode items, string member) => [.. items.AsArray().Select(item => (string)item![member]!)];
}
