using Aspire.Hosting.Dcp;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Orchestration;

internal static class OrchestrationRegistration
{
    internal static IServiceCollection AddOrchestration(this IServiceCollection services) => services
        .AddSingleton<SessionFolder>()
        .AddSingleton(_ => new PortClaims())
        .AddSingleton<DcpProcess>()
        .AddSingleton<GraphPreparation>()
        .AddSingleton<ProcessConfiguration>()
        .AddSingleton<ContainerVolumes>()
        .AddSingleton<ServerMode>()
        .AddSingleton<DataDirectories>()
        .AddSingleton<InstancePlanner>()
        .AddSingleton<DependencyWaiter>()
        .AddSingleton<Failures>()
        .AddSingleton<HealthMonitor>()
        .AddSingleton<Progress>()
        .AddSingleton<ParameterStates>()
        .AddHostedService<Orchestrator>();
}
