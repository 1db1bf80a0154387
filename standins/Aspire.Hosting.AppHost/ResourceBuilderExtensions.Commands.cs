using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    internal static IResourceBuilder<T> WithCommand<T>(
        this IResourceBuilder<T> builder, string name, string displayName,
        Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand, CommandOptions? commandOptions = null) where T : IResource
    {
        var o = commandOptions ?? new();
        return builder.WithAnnotation(new ResourceCommandAnnotation(
            name, displayName, o.UpdateState ?? (_ => ResourceCommandState.Enabled), executeCommand, o.Description,
            o.ConfirmationMessage, o.IconName, o.IconVariant, o.IsHighlighted));
    }

    /// <summary>A command that posts to the resource; it succeeds when the answer is 2xx.</summary>
    internal static IResourceBuilder<T> WithHttpCommand<T>(
        this IResourceBuilder<T> builder, string path, string displayName, string? endpointName = null, string? commandName = null,
        CommandOptions? commandOptions = null) where T : IResourceWithEndpoints
    {
        var o = commandOptions ?? new();
        o.UpdateState ??= c => c.ResourceSnapshot.State?.Text == KnownResourceStates.Running
            ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;
        return builder.WithCommand(commandName ?? $"{builder.Resource.Name}-http-post-{path}", displayName, async context =>
        {
            var endpoint = builder.GetEndpoint(endpointName ?? "http");
            using var client = context.ServiceProvider.GetRequiredService<IHttpClientFactory>().CreateClient();
            using var response = await client.PostAsync(new Uri(new Uri(endpoint.Url), path), null, context.CancellationToken);
            return response.IsSuccessStatusCode ? CommandResults.Success()
                : CommandResults.Failure($"POST {path} answered {(int)response.StatusCode}.");
        }, o);
    }
}

internal sealed class CommandOptions
{
    internal string? Description { get; set; }

    internal string? ConfirmationMessage { get; set; }

    internal string? IconName { get; set; }

    internal IconVariant? IconVariant { get; set; }

    internal bool IsHighlighted { get; set; }

    internal Func<UpdateCommandStateContext, ResourceCommandState>? UpdateState { get; set; }
}
