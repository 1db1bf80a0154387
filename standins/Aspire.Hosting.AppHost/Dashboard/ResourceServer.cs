using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>
/// The listener of the resource service: gRPC over plain HTTP/2 on a free loopback port. Every call must carry the key;
/// without it the machine's other users could read connection strings and stop services.
/// </summary>
internal sealed partial class ResourceServer : IAsyncDisposable
{
    /// <summary>The header in which the dashboard sends its key.</summary>
    public const string KeyHeader = "x-resource-service-api-key";

    private const string ServicePath = "/aspire.v1.DashboardService/";

    private readonly WebApplication _app;
    private readonly IReadOnlyDictionary<string, GrpcMethod> _methods;
    private readonly byte[] _key;
    private readonly ILogger _logger;

    private ResourceServer(IReadOnlyDictionary<string, GrpcMethod> methods, string key, ILogger logger)
    {
        _methods = methods;
        _key = Encoding.UTF8.GetBytes(key);
        _logger = logger;

        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
            options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>Where the server listens, as <c>http://127.0.0.1:port</c>.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>Starts listening. The methods are keyed by their bare names.</summary>
    public static async Task<ResourceServer> StartAsync(
        IReadOnlyDictionary<string, GrpcMethod> methods, string key, ILogger logger, CancellationToken cancellationToken)
    {
        var server = new ResourceServer(methods, key, logger);
        await server._app.StartAsync(cancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        // Watching calls never end by themselves, so stopping does not wait for them.
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        context.Response.ContentType = GrpcFrames.ContentType;
        var (status, message) = await CallAsync(context);
        if (context.RequestAborted.IsCancellationRequested)
            return;

        // Before the first byte the status goes into the headers, afterwards it can only follow the messages.
        if (!context.Response.HasStarted && status != GrpcStatus.Ok)
        {
            context.Response.Headers["grpc-status"] = Code(status);
            context.Response.Headers["grpc-message"] = Uri.EscapeDataString(message);
            return;
        }
        context.Response.AppendTrailer("grpc-status", Code(status));
        if (message.Length > 0)
            context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(message));
    }

    private async Task<(GrpcStatus Status, string Message)> CallAsync(HttpContext context)
    {
        if (!Authorized(context.Request))
            return (GrpcStatus.Unauthenticated, $"The header {KeyHeader} does not hold the key of this service.");
        if (!TryFind(context.Request.Path, out var method))
            return (GrpcStatus.Unimplemented, $"{context.Request.Path} is not offered.");
        try
        {
            await method(context.Request.BodyReader, context.Response.BodyWriter, context.RequestAborted);
            return (GrpcStatus.Ok, "");
        }
        catch (GrpcException e)
        {
            return (e.Status, e.Message);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            return (GrpcStatus.Ok, "");
        }
        catch (Exception e)
        {
            LogFailed(_logger, context.Request.Path, e);
            return (GrpcStatus.Internal, e.Message);
        }
    }

    private bool Authorized(HttpRequest request) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(request.Headers[KeyHeader].ToString()), _key);

    private bool TryFind(PathString path, out GrpcMethod method)
    {
        method = null!;
        return path.Value is { } value
            && value.StartsWith(ServicePath, StringComparison.Ordinal)
            && _methods.TryGetValue(value[ServicePath.Length..], out method!);
    }

    private static string Code(GrpcStatus status) => ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture);

    [LoggerMessage(1, LogLevel.Error, "The dashboard's call {Path} failed")]
    private static partial void LogFailed(ILogger logger, string path, Exception exception);
}

/// <summary>One method of the service: reads its request, writes any number of answers, returns or throws <see cref="GrpcException"/>.</summary>
internal delegate Task GrpcMethod(
    System.IO.Pipelines.PipeReader request, System.IO.Pipelines.PipeWriter response, CancellationToken cancellationToken);
