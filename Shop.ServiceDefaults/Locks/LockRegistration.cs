using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Shop.ServiceDefaults.Locks;

/// <summary>Registration of locks.</summary>
public static class LockRegistration
{
    /// <summary>
    /// <see cref="ExclusiveLock"/>, <see cref="FairLock"/> and <see cref="Fence"/> over the service's first database. Usable once
    /// the databases are ready.
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
        return builder;
    }
}
