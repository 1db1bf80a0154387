using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Publishing;

internal static class PublishingRegistration
{
    /// <summary>Registers the manifest publisher; called in publish mode only.</summary>
    internal static IServiceCollection AddManifestPublisher(this IServiceCollection services) =>
        services.AddSingleton<IManifestPublisher, ManifestPublisher>();
}
