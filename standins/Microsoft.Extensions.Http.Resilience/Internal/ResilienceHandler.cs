using System.Net.Http.Json;
using Polly;

namespace Microsoft.Extensions.Http.Resilience.Internal;

/// <summary>Sends requests through a pipeline, which may send one several times.</summary>
internal sealed class ResilienceHandler(ResiliencePipeline<HttpResponseMessage> pipeline) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await MakeRepeatable(request, cancellationToken);
        request.Options.TryGetValue(ResilienceKeys.Context, out var given);
        var context = given ?? ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            var outcome = await pipeline.ExecuteOutcomeAsync(
                static async (context, call) => await call.Handler.AttemptAsync(call.Request, context),
                context,
                (Handler: this, Request: request));
            outcome.ThrowIfException();
            return outcome.Result!;
        }
        finally
        {
            if (given is null)
                ResilienceContextPool.Shared.Return(context);
        }
    }

    private async ValueTask<Outcome<HttpResponseMessage>> AttemptAsync(HttpRequestMessage request, ResilienceContext context)
    {
        try
        {
            return Outcome.FromResult(await base.SendAsync(request, context.CancellationToken));
        }
        catch (Exception exception)
        {
            return Outcome.FromException<HttpResponseMessage>(exception);
        }
    }

    /// <summary>A body that comes from a stream can be read once; it is kept in memory for a second attempt.</summary>
    private static Task MakeRepeatable(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.Content is null or ByteArrayContent or JsonContent or ReadOnlyMemoryContent
            ? Task.CompletedTask
            : request.Content.LoadIntoBufferAsync(cancellationToken);
}
