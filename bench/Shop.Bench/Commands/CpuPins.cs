namespace Shop.Bench.Commands;

/// <summary>Lists of cores, as <c>taskset -c</c> takes them.</summary>
/// <param name="Service">The service that is measured, and the bare endpoint.</param>
/// <param name="Database">PostgreSQL.</param>
/// <param name="Loader">This program, pgbench, and what is needed but not measured: Redis, RabbitMQ, the collector of traces.</param>
public sealed record CpuPins(string Service, string Database, string Loader)
{
    /// <summary>Set by the launcher, which pins this program.</summary>
    public const string LoaderVariable = "SHOP_LOADER_CPUS";

    /// <summary>Set by the launcher: the cores that it may use itself, as ranges. In a container core 0 may not be among them.</summary>
    public const string AllowedVariable = "SHOP_ALLOWED_CPUS";

    public static CpuPins Parse(Arguments arguments)
    {
        var cores = (Environment.GetEnvironmentVariable(AllowedVariable) ?? OfThisProcess()).Split(',', '-');
        return new CpuPins(
            arguments.Text("service-cpus", cores[0]), arguments.Text("database-cpus", cores[0]),
            arguments.Text("loader-cpus", Environment.GetEnvironmentVariable(LoaderVariable) ?? cores[^1]));
    }

    /// <summary>The cores that this program may really use, by the kernel's word.</summary>
    public static string OfThisProcess() => File.ReadLines("/proc/self/status")
        .First(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split(':')[1].Trim();
}
