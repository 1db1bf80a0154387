using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Shop.Tests.Support;

/// <summary>Web servers of the test process, in the place of other services and of clients' counterparts.</summary>
internal static class Loopback
{
    /// <summary>On a port that is free, and silent. Once it is started, its address is the one of its <see cref="WebApplication.Urls"/>.</summary>
    public static WebApplication Create()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        return builder.Build();
    }
}
