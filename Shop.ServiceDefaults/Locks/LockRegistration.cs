using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults.Data;

namespace Shop.ServiceDefaults.Locks;

/// <summary>Registration of locks.</summary>
public static class LockRegistration
{
    /// <summary>
    /// <see cref="ExclusiveLock"/>, <see cref="FairLock"/>, <see cref="Fence"/> and <see cref="Leadership"/> over the service's first
    /// database. Usable once the databases are ready.
    /// </summary>
    public static IHostApplicationBuilder AddLocks(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        var owner = new LockOwner($"{builder.Environment.ApplicationName} {Environment.MachineName}:{Environment.ProcessId}");
        services.AddSingleton(owner);
        services.AddSingleton<LockMetrics>();
        services.AddSingleton<LockStore>();
        services.AddSingleton<LockSignals>();
        services.AddSingleton<LockAcquisition>();
        services.AddSingleton(s => new ExclusiveLock(s.GetRequiredService<LockStore>(), s.GetRequiredService<LockAcquisition>()));
        services.AddSingleton(s => new FairLock(s.GetRequiredService<LockStore>(), s.GetRequiredService<LockAcquisition>()));
        services.AddSingleton(s => new Fence(s.GetRequiredService<LockMetrics>()));
        services.AddSingleton(s => new Leadership(
            s.GetRequiredService<ServiceDatabases>(), s.GetRequiredService<ExclusiveLock>(), s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<Leadership>>()));
        services.AddHostedService<LockRetention>();
        return builder;
    }
}
