using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Shop.StandIns.Tests.Support;

/// <summary>A Kestrel on a free loopback port.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private WebServer(WebApplication application) => _application = application;

    public IServiceProvider Services => _application.Services;

    public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>Answers every request with <paramref name="answer"/>.</summary>
    public static Task<WebServer> StartAsync(RequestDelegate answer) => StartAsync(_ => { }, application => application.Run(answer));

    public static async Task<WebServer> StartAsync(Action<WebApplicationBuilder> build, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        builder.Logging.ClearProviders();
        build(builder);
        var application = builder.Build();
        map(application);
        await application.StartAsync();
        return new WebServer(application);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
