using System.ComponentModel.DataAnnotations;

namespace Shop.ServiceDefaults.Data;

/// <summary>The section <c>Database:Migrations</c>.</summary>
internal sealed class MigrationOptions
{
    public const string Section = "Database:Migrations";

    /// <summary>What one statement of a migration may take. It is begun anew when it is ended, so rather too long.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "20.00:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromHours(4);

    /// <summary>
    /// How long a migration stands in the queue for a lock of a table, where everybody who comes later stands behind it: less than
    /// requests wait. Then it leaves the queue and tries again.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the log tells what is at work or waited for.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan TellEvery { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How soon the server ends the work of a process that is gone.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan GoneAfter { get; set; } = TimeSpan.FromSeconds(10);
}
