using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Orchestration;

internal static class OrchestrationRegistration
{
    internal static IServiceCollection AddOrchestration(this IServiceCollection services) => services;
}
