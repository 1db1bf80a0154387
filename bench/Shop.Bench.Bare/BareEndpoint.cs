using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Shop.Bench.Bare;

/// <summary>
/// The least that Kestrel can do for a response: no routing, no middleware, no JSON. It reads the body, if there is one, and
/// answers fixed bytes: the ceiling of any service that answers the same.
/// </summary>
internal static class BareEndpoint
{
    /// <param name="configuration"><c>answers</c>: a file with answers by path and query, as the load tool writes it; without one every path is 204.</param>
    public static RequestDelegate From(IConfiguration configuration)
    {
        var answers = configuration["answers"] is { Length: > 0 } file ? Read(file) : [];
        return context => AnswerAsync(context, answers);
    }

    private static async Task AnswerAsync(HttpContext context, Dictionary<string, Answer> answers)
    {
        if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0) await DrainAsync(context);
        if (!answers.TryGetValue(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, out var answer))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers) context.Response.Headers[name] = value;
        context.Response.ContentLength = answer.Body.Length;
        await context.Response.BodyWriter.WriteAsync(answer.Body, context.RequestAborted);
    }

    private static async Task DrainAsync(HttpContext context)
    {
        var body = context.Request.BodyReader;
        while (true)
        {
            var part = await body.ReadAsync(context.RequestAborted);
            body.AdvanceTo(part.Buffer.End);
            if (part.IsCompleted) return;
        }
    }

    private static Dictionary<string, Answer> Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.EnumerateObject().ToDictionary(path => path.Name, path => Of(path.Value), StringComparer.Ordinal);
    }

    private static Answer Of(JsonElement answer) => new(
        int.Parse(answer.GetProperty("status").GetRawText(), CultureInfo.InvariantCulture),
        [.. answer.GetProperty("headers").EnumerateObject().Select(h => KeyValuePair.Create(h.Name, new StringValues(h.Value.GetString())))],
        answer.GetProperty("body").GetBytesFromBase64());

    private sealed record Answer(int Status, KeyValuePair<string, StringValues>[] Headers, byte[] Body);
}
