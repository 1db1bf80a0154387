using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Shop.Tests.Service.Web;

/// <summary>A request as a service behind the gateway saw it.</summary>
public sealed record SeenRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>Stands in for Catalog, Orders and Payments: answers what it was told to, and remembers what it was asked.</summary>
public sealed class Upstream : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Upstream(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public ConcurrentQueue<SeenRequest> Seen { get; } = [];

    /// <summary>Answers by "METHOD /path"; everything else is an empty 200 object.</summary>
    public ConcurrentDictionary<string, Func<HttpContext, Task>> Answers { get; } = new(StringComparer.Ordinal);

    public static async Task<Upstream> StartAsync()
    {
        var upstream = new Upstream(Loopback.Create());
        upstream._app.Run(upstream.AnswerAsync);
        await upstream._app.StartAsync();
        return upstream;
    }

    public void Answer(string request, string json, int status = 200) => Answers[request] = context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = status < 400 ? "application/json" : "application/problem+json";
        return context.Response.WriteAsync(json);
    };

    /// <summary>Requests of this kind that came since the last call of <see cref="Forget"/>.</summary>
    public IReadOnlyList<SeenRequest> All(string method, string path) => [.. Seen.Where(seen => seen.Method == method && seen.Path == path)];

    public void Forget() => Seen.Clear();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        Seen.Enqueue(new(context.Request.Method, context.Request.Path + context.Request.QueryString, headers, body));
        if (Answers.TryGetValue($"{context.Request.Method} {context.Request.Path}", out var answer)) await answer(context);
        else await context.Response.WriteAsJsonAsync(new { });
    }
}
