using Shop.Catalog.Exchange;

namespace Shop.Tests.Unit.Catalog;

public sealed class FormulaGuardTests
{
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "'\r=1")]
    [InlineData("'=1", "''=1")]
    [InlineData("''=1", "'''=1")]
    [InlineData("plain", "plain")]
    [InlineData("'Til Dawn", "'Til Dawn")]
    [InlineData("a=b", "a=b")]
    [InlineData("", "")]
    public void What_begins_like_a_formula_goes_out_as_text_and_comes_back(string cell, string written)
    {
        Assert.Equal(written, FormulaGuard.Protect(cell));
        Assert.Equal(cell, FormulaGuard.Unprotect(written));
    }
}
