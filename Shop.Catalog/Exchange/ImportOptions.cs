using System.ComponentModel.DataAnnotations;

namespace Shop.Catalog.Exchange;

/// <summary>The section <c>Catalog:Import</c>.</summary>
public sealed class ImportOptions
{
    public const string Section = "Catalog:Import";

    /// <summary>How long a request waits for its turn: with the import itself it has the 30 s that the gateway waits.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Wait { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Requests of one replica that wait or are at work: each holds a file in memory.</summary>
    [Range(1, 200)]
    public int Requests { get; set; } = 8;

    /// <summary>How long a job waits for its turn: longer than imports take. If it does not come, the job keeps its place and asks again.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:20:00")]
    public TimeSpan JobWait { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Imports that may be queued or running at a time; each keeps its file in the database.</summary>
    [Range(1, 1_000)]
    public int MaxQueued { get; set; } = 20;
}
