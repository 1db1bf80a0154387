using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Shop.Tests.Support;

/// <summary>
/// Sends hostile values to every parameter and member of every operation that a service's OpenAPI document names, one at a
/// time, and holds the answers against scenario T22: no 5xx, refusals as problem+json with a code and nothing of the inside.
/// </summary>
internal sealed class OpenApiFuzz(HttpClient client)
{
    private const int MaxFaults = 60;
    private const int LargeBody = 10 << 20;
    private static readonly string[] Inside = ["   at ", "Npgsql", "StackTrace", "SELECT ", "INSERT INTO", "relation \"", "System."];

    private readonly List<string> _faults = [];

    public int Sent { get; private set; }

    /// <summary>What was wrong, a line each; empty when nothing was.</summary>
    public string Faults => string.Join('\n', _faults.Take(MaxFaults));

    /// <param name="document">Address of the OpenAPI document.</param>
    public async Task RunAsync(string document)
    {
        var operations = OpenApiOperation.Read(JsonNode.Parse(await client.GetStringAsync(document))!);
        Assert.NotEmpty(operations);
        foreach (var operation in operations)
        {
            foreach (var parameter in operation.Parameters)
                foreach (var value in HostileInput.Texts.Where(value => !IsRefusedByServer(parameter, value)))
                    await SendAsync(operation, parameter, value);
            if (operation.Body is { } body) await SendBodiesAsync(operation, body);
        }
    }

    // Kestrel answers a path with NUL or a missing segment before anything of ours runs.
    private static bool IsRefusedByServer(OpenApiParameter parameter, string value) =>
        parameter.In == "path" && (value.Length == 0 || value.Contains('\0', StringComparison.Ordinal));

    private async Task SendAsync(OpenApiOperation operation, OpenApiParameter parameter, string value)
    {
        using var request = new HttpRequestMessage(operation.Method, operation.Address(parameter, value));
        if (operation.Body is { } body) request.Content = Json(Encoding.UTF8.GetBytes(body.ToJsonString()));
        // The client itself refuses some values.
        if (parameter.In == "header" && !request.Headers.TryAddWithoutValidation(parameter.Name, Printable(value))) return;
        await CheckAsync(request, $"{parameter.In} {parameter.Name}={Brief(value)}");
    }

    private async Task SendBodiesAsync(OpenApiOperation operation, JsonObject sample)
    {
        foreach (var bytes in HostileInput.Bodies()) await PostAsync(operation, bytes, $"body {Brief(Encoding.UTF8.GetString(bytes))}");
        foreach (var (name, _) in sample)
        {
            foreach (var value in HostileInput.Values)
            {
                var changed = sample.DeepClone().AsObject();
                changed[name] = value?.DeepClone();
                await PostAsync(operation, Encoding.UTF8.GetBytes(changed.ToJsonString()), $"{name}={Brief(value?.ToJsonString() ?? "null")}");
            }
        }
        var large = sample.DeepClone().AsObject();
        large["padding"] = new string('x', LargeBody);
        await PostAsync(operation, Encoding.UTF8.GetBytes(large.ToJsonString()), "10 MB", HttpStatusCode.RequestEntityTooLarge);
    }

    private async Task PostAsync(OpenApiOperation operation, byte[] body, string what, HttpStatusCode? expected = null)
    {
        using var request = new HttpRequestMessage(operation.Method, operation.Address()) { Content = Json(body) };
        await CheckAsync(request, what, expected);
    }

    private async Task CheckAsync(HttpRequestMessage request, string what, HttpStatusCode? expected = null)
    {
        Sent++;
        var name = $"{request.Method} {Brief(request.RequestUri!.ToString())} {what}";
        try
        {
            using var response = await client.SendAsync(request);
            var status = (int)response.StatusCode;
            if (expected is not null && response.StatusCode != expected) _faults.Add($"{name}: {status} instead of {(int)expected}");
            if (status >= 500) _faults.Add($"{name}: {status} {Brief(await response.Content.ReadAsStringAsync())}");
            if (status is >= 400 and < 500) await CheckRefusalAsync(response, name);
        }
        catch (HttpRequestException) when (expected is HttpStatusCode.RequestEntityTooLarge)
        {
            // The server may close the connection before the client has sent all of a body that it does not want.
        }
        catch (OperationCanceledException)
        {
            _faults.Add($"{name}: no answer within {client.Timeout.TotalSeconds} s");
        }
    }

    private async Task CheckRefusalAsync(HttpResponseMessage response, string name)
    {
        var text = await response.Content.ReadAsStringAsync();
        var status = (int)response.StatusCode;
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json") _faults.Add($"{name}: {status} is {response.Content.Headers.ContentType}");
        else if ((string?)JsonNode.Parse(text)!["code"] is null) _faults.Add($"{name}: {status} without a code");
        if (Inside.FirstOrDefault(part => text.Contains(part, StringComparison.Ordinal)) is { } part) _faults.Add($"{name}: tells \"{part}\"");
    }

    private static ByteArrayContent Json(byte[] body) =>
        new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private static string Printable(string value) => string.Concat(value.Where(c => !char.IsControl(c)));

    private static string Brief(string text) => text.Length <= 120 ? text : text[..120] + "…";
}
