using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Shop.Web;

namespace Shop.Tests.Service.Web;

/// <summary>Web itself on a free port, with a database of its own and <see cref="Upstream"/> in the place of the other services.</summary>
public sealed class WebService : IAsyncDisposable
{
    public const string AdministratorPassword = "administrator of the tests";
    private readonly WebApplication _app;

    private WebService(WebApplication app) => (_app, Address) = (app, new Uri(app.Urls.First()));

    /// <summary>The folder of Shop.Web's sources, which holds wwwroot.</summary>
    public static string ContentRoot { get; } = FindContentRoot();

    public Uri Address { get; }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<WebService> StartAsync(string database, IEnumerable<Uri> upstreams, params string[] settings)
    {
        var app = WebApp.Build([
            "--applicationName=Shop.Web", $"--contentRoot={ContentRoot}", "--urls=http://127.0.0.1:0", "--Shutdown:Notice=00:00:00",
            "--Logging:LogLevel:Default=None", $"--ConnectionStrings:webdb={database}", $"--Admin:Password={AdministratorPassword}",
            "--Internal:Name=web", "--Internal:Key=key of web",
            .. upstreams.SelectMany((address, i) => ((string[])["catalog", "orders", "payments"]).Select(name => $"--services:{name}:http:{i}={address}")),
            .. settings]);
        await app.StartAsync();
        var service = new WebService(app);
        using var client = service.Browser();
        await Eventually.TrueAsync(async () => (await client.GetAsync(new Uri("/health", UriKind.Relative))).IsSuccessStatusCode);
        return service;
    }

    /// <summary>A visitor of their own, who keeps cookies, follows no redirects and sends no body unasked that has to be asked for.</summary>
    public HttpClient Browser()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, Expect100ContinueTimeout = Timeout.InfiniteTimeSpan };
        var client = new HttpClient(handler) { BaseAddress = Address };
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>Asserts a problem document and answers it.</summary>
    public static async Task<JsonObject> ProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode} {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = (JsonObject)JsonNode.Parse(body)!;
        Assert.Equal(code, (string?)problem["code"]);
        return problem;
    }

    private static string FindContentRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Shop.sln")))
                return Path.Combine(folder.FullName, "Shop.Web");
        throw new InvalidOperationException("Shop.sln is not above the test's folder");
    }
}
