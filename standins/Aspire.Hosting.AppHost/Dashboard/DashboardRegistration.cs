using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Dashboard;

internal static class DashboardRegistration
{
    /// <summary>Registers the dashboard; not called when it is switched off or in publish mode.</summary>
    internal static IServiceCollection AddDashboard(this IServiceCollection services) =>
        services.AddSingleton<IDashboard>(provider => ActivatorUtilities.CreateInstance<Dashboard>(
            provider, provider.GetRequiredService<IDistributedApplicationBuilder>().Options));
}
